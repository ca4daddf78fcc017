CREATE TABLE "auth"."identities" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"auth_type" text DEFAULT 'firebase' NOT NULL,
	"issuer" text NOT NULL,
	"external_id" text NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_used_at" timestamp with time zone,
	CONSTRAINT "identities__issuer_external_id" UNIQUE("issuer","external_id")
);
--> statement-breakpoint
CREATE TABLE "auth"."identity_sign_ins" (
	"state_digest" text PRIMARY KEY NOT NULL,
	"auth_type" text NOT NULL,
	"purpose" text NOT NULL,
	"browser_digest" text NOT NULL,
	"sealed_checks" text NOT NULL,
	"return_to" text NOT NULL,
	"user_id" uuid,
	"session_id" uuid,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"used_at" timestamp with time zone
);
--> statement-breakpoint
ALTER TABLE "auth"."credentials" ALTER COLUMN "password_hash" DROP NOT NULL;--> statement-breakpoint
ALTER TABLE "auth"."identities" ADD CONSTRAINT "identities_user_id_credentials_user_id_fk" FOREIGN KEY ("user_id") REFERENCES "auth"."credentials"("user_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "identities__user_id" ON "auth"."identities" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "identity_sign_ins__expires_at" ON "auth"."identity_sign_ins" USING btree ("expires_at");