CREATE TABLE "auth"."organization_domains" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"domain" text NOT NULL,
	"token" text NOT NULL,
	"verified_at" timestamp with time zone,
	"missing_since" timestamp with time zone,
	"look_at" timestamp with time zone DEFAULT now() NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "organization_domains__organization_id_domain" UNIQUE("organization_id","domain")
);
--> statement-breakpoint
CREATE TABLE "auth"."organization_providers" (
	"id" uuid PRIMARY KEY NOT NULL,
	"organization_id" uuid NOT NULL,
	"settings" jsonb NOT NULL,
	"sealed_secret" text NOT NULL,
	"sign_up" boolean NOT NULL,
	"enabled" boolean NOT NULL,
	"may_be_private" boolean NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "auth"."identities" ADD COLUMN "joined_at" timestamp with time zone;--> statement-breakpoint
CREATE UNIQUE INDEX "organization_domains__domain" ON "auth"."organization_domains" USING btree ("domain") WHERE verified_at is not null;--> statement-breakpoint
CREATE INDEX "organization_domains__claims" ON "auth"."organization_domains" USING btree ("domain");--> statement-breakpoint
CREATE INDEX "organization_domains__look_at" ON "auth"."organization_domains" USING btree ("look_at") WHERE verified_at is not null;--> statement-breakpoint
CREATE INDEX "organization_providers__organization_id" ON "auth"."organization_providers" USING btree ("organization_id","id");