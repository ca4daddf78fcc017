CREATE TABLE "auth"."password_history" (
	"id" bigint PRIMARY KEY GENERATED ALWAYS AS IDENTITY (sequence name "auth"."password_history_id_seq" INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 START WITH 1 CACHE 1),
	"user_id" uuid NOT NULL,
	"password_hash" text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "auth"."password_history" ADD CONSTRAINT "password_history_user_id_credentials_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "auth"."credentials"("user_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "password_history__user_id" ON "auth"."password_history" USING btree ("user_id","id");