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
ALTER TABLE "auth"."oauth_clients" ADD COLUMN "registration_digest" text;--> statement-breakpoint
ALTER TABLE "auth"."oauth_logouts" ADD CONSTRAINT "oauth_logouts_client_id_oauth_clients_id_fk" FOREIGN KEY ("client_id") REFERENCES "auth"."oauth_clients"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "oauth_logouts__next_attempt_at" ON "auth"."oauth_logouts" USING btree ("next_attempt_at");--> statement-breakpoint
CREATE INDEX "oauth_logouts__client_id" ON "auth"."oauth_logouts" USING btree ("client_id");--> statement-breakpoint
CREATE INDEX "oauth_participants__expires_at" ON "auth"."oauth_participants" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "revocations__value" ON "auth"."revocations" USING btree ("value");--> statement-breakpoint
ALTER TABLE "auth"."oauth_clients" ADD CONSTRAINT "oauth_clients__registration_digest" UNIQUE("registration_digest");--> statement-breakpoint
update "auth"."oauth_clients" set "settings" =
	'{"serves":[],"backchannelLogoutUri":null,"backchannelLogoutSessionRequired":false,"jwksUri":null}'::jsonb || "settings";
