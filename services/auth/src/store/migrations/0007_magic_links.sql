CREATE TABLE "auth"."magic_links" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"request_digest" text NOT NULL,
	"salt" uuid DEFAULT gen_random_uuid() NOT NULL,
	"token_digest" text,
	"code_digest" text,
	"misses" integer DEFAULT 0 NOT NULL,
	"expires_at" timestamp with time zone,
	"used_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "magic_links__request_digest" UNIQUE("request_digest"),
	CONSTRAINT "magic_links__token_digest" UNIQUE("token_digest")
);
--> statement-breakpoint
CREATE INDEX "magic_links__user_id" ON "auth"."magic_links" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "magic_links__created_at" ON "auth"."magic_links" USING btree ("created_at");