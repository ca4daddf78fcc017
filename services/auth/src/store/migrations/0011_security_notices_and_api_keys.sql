CREATE TABLE "auth"."api_keys" (
	"id" uuid PRIMARY KEY NOT NULL,
	"owner_id" uuid NOT NULL,
	"name" text NOT NULL,
	"prefix" text NOT NULL,
	"digest" text NOT NULL,
	"created_by" uuid NOT NULL,
	"scopes" text[] NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"last_used_at" timestamp with time zone,
	CONSTRAINT "api_keys__digest" UNIQUE("digest")
);
--> statement-breakpoint
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
CREATE TABLE "auth"."service_accounts" (
	"id" uuid PRIMARY KEY NOT NULL,
	"name" text NOT NULL,
	"description" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"removed_at" timestamp with time zone
);
--> statement-breakpoint
CREATE INDEX "api_keys__owner_id" ON "auth"."api_keys" USING btree ("owner_id","id");--> statement-breakpoint
CREATE INDEX "api_keys__created_by" ON "auth"."api_keys" USING btree ("created_by");--> statement-breakpoint
CREATE INDEX "api_keys__expires_at" ON "auth"."api_keys" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "security_notices__expires_at" ON "auth"."security_notices" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "security_notices__user_id" ON "auth"."security_notices" USING btree ("user_id");