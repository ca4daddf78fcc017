CREATE TABLE "auth"."organization_admissions" (
	"organization_id" uuid NOT NULL,
	"user_id" uuid NOT NULL,
	"issuer" text NOT NULL,
	"external_id" text NOT NULL,
	"admitted_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "organization_admissions__pkey" PRIMARY KEY("user_id","organization_id","issuer","external_id")
);
--> statement-breakpoint
CREATE TABLE "auth"."oauth_logouts" (
	"id" uuid PRIMARY KEY DEFAULT gen_random_uuid() NOT NULL,
	"client_id" text NOT NULL,
	"user_id" uuid NOT NULL,
	"sid" text NOT NULL,
	"attempts" integer DEFAULT 0 NOT NULL,
	"next_attempt_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "auth"."oauth_participants" (
	"session_id" uuid NOT NULL,
	"client_id" text NOT NULL,
	"sid" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	CONSTRAINT "oauth_participants__pkey" PRIMARY KEY("session_id","client_id")
);
--> statement-breakpoint
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
ALTER TABLE "auth"."identities" ADD COLUMN "domain" text;--> statement-breakpoint
ALTER TABLE "auth"."oauth_clients" ADD COLUMN "organization_id" uuid;--> statement-breakpoint
ALTER TABLE "auth"."oauth_clients" ADD COLUMN "registration_digest" text;--> statement-breakpoint
ALTER TABLE "auth"."organization_admissions" ADD CONSTRAINT "organization_admissions_user_id_credentials_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "auth"."credentials"("user_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auth"."oauth_logouts" ADD CONSTRAINT "oauth_logouts_client_id_oauth_clients_id_fk" FOREIGN KEY ("client_id") REFERENCES "auth"."oauth_clients"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "organization_admissions__external_id" ON "auth"."organization_admissions" USING btree ("external_id");--> statement-breakpoint
CREATE INDEX "oauth_logouts__next_attempt_at" ON "auth"."oauth_logouts" USING btree ("next_attempt_at");--> statement-breakpoint
CREATE INDEX "oauth_logouts__client_id" ON "auth"."oauth_logouts" USING btree ("client_id");--> statement-breakpoint
CREATE INDEX "oauth_participants__expires_at" ON "auth"."oauth_participants" USING btree ("expires_at");--> statement-breakpoint
CREATE UNIQUE INDEX "organization_domains__domain" ON "auth"."organization_domains" USING btree ("domain") WHERE verified_at is not null;--> statement-breakpoint
CREATE INDEX "organization_domains__claims" ON "auth"."organization_domains" USING btree ("domain");--> statement-breakpoint
CREATE INDEX "organization_domains__look_at" ON "auth"."organization_domains" USING btree ("look_at") WHERE verified_at is not null;--> statement-breakpoint
CREATE INDEX "organization_providers__organization_id" ON "auth"."organization_providers" USING btree ("organization_id","id");--> statement-breakpoint
CREATE INDEX "revocations__value" ON "auth"."revocations" USING btree ("value");--> statement-breakpoint
CREATE INDEX "oauth_clients__organization_id" ON "auth"."oauth_clients" USING btree ("organization_id","id");--> statement-breakpoint
ALTER TABLE "auth"."oauth_clients" ADD CONSTRAINT "oauth_clients__registration_digest" UNIQUE("registration_digest");--> statement-breakpoint
update "auth"."oauth_clients" set "settings" =
	'{"serves":[],"backchannelLogoutUri":null,"backchannelLogoutSessionRequired":false,"jwksUri":null}'::jsonb || "settings";
