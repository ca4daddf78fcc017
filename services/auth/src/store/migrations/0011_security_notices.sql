CREATE TABLE "auth"."security_notices" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"happened_at" timestamp with time zone NOT NULL,
	"salt" uuid DEFAULT gen_random_uuid() NOT NULL,
	"token_digest" text,
	"expires_at" timestamp with time zone,
	"used_at" timestamp with time zone,
	CONSTRAINT "security_notices__token_digest" UNIQUE("token_digest")
);
--> statement-breakpoint
CREATE INDEX "security_notices__expires_at" ON "auth"."security_notices" USING btree ("expires_at");