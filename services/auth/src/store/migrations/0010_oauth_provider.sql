CREATE TABLE "auth"."oauth_client_secrets" (
	"digest" text PRIMARY KEY NOT NULL,
	"client_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "auth"."oauth_clients" (
	"id" text PRIMARY KEY NOT NULL,
	"settings" jsonb NOT NULL,
	"disabled_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "auth"."oauth_consents" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"client_id" text NOT NULL,
	"granted" jsonb NOT NULL,
	"given_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "oauth_consents__user_id__client_id" UNIQUE("user_id","client_id")
);
--> statement-breakpoint
CREATE TABLE "auth"."oauth_records" (
	"kind" text NOT NULL,
	"digest" text NOT NULL,
	"sealed" text NOT NULL,
	"uid" text,
	"user_code" text,
	"grant_id" text,
	"client_id" text,
	"user_id" uuid,
	"session_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"consumed_at" timestamp with time zone,
	"consumed_from" text,
	CONSTRAINT "oauth_records__pkey" PRIMARY KEY("kind","digest")
);
--> statement-breakpoint
ALTER TABLE "auth"."oauth_client_secrets" ADD CONSTRAINT "oauth_client_secrets_client_id_oauth_clients_id_fk" FOREIGN KEY ("client_id") REFERENCES "auth"."oauth_clients"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "auth"."oauth_consents" ADD CONSTRAINT "oauth_consents_client_id_oauth_clients_id_fk" FOREIGN KEY ("client_id") REFERENCES "auth"."oauth_clients"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "oauth_client_secrets__client_id" ON "auth"."oauth_client_secrets" USING btree ("client_id");--> statement-breakpoint
CREATE INDEX "oauth_consents__client_id" ON "auth"."oauth_consents" USING btree ("client_id");--> statement-breakpoint
CREATE INDEX "oauth_records__uid" ON "auth"."oauth_records" USING btree ("uid");--> statement-breakpoint
CREATE INDEX "oauth_records__user_code" ON "auth"."oauth_records" USING btree ("user_code");--> statement-breakpoint
CREATE INDEX "oauth_records__grant_id" ON "auth"."oauth_records" USING btree ("grant_id");--> statement-breakpoint
CREATE INDEX "oauth_records__client_id" ON "auth"."oauth_records" USING btree ("client_id","user_id");--> statement-breakpoint
CREATE INDEX "oauth_records__user_id" ON "auth"."oauth_records" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "oauth_records__session_id" ON "auth"."oauth_records" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "oauth_records__expires_at" ON "auth"."oauth_records" USING btree ("expires_at");