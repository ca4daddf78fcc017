CREATE SCHEMA "auth";
--> statement-breakpoint
CREATE TABLE "auth"."credentials" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"password_hash" text NOT NULL,
	"email_key" text,
	"username_key" text,
	"expires_at" timestamp with time zone,
	"disabled_at" timestamp with time zone,
	"changed_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "credentials__email_key" UNIQUE("email_key"),
	CONSTRAINT "credentials__username_key" UNIQUE("username_key")
);
--> statement-breakpoint
CREATE TABLE "auth"."inbox" (
	"source" text NOT NULL,
	"subject" text NOT NULL,
	"last_sequence" integer NOT NULL,
	"applied_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "inbox__source_subject" PRIMARY KEY("source","subject")
);
--> statement-breakpoint
CREATE TABLE "auth"."outbox" (
	"position" bigserial PRIMARY KEY NOT NULL,
	"event_id" uuid NOT NULL,
	"subject" text NOT NULL,
	"subject_sequence" integer NOT NULL,
	"envelope" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"published_at" timestamp with time zone,
	"stream_sequence" bigint,
	"republished" integer DEFAULT 0 NOT NULL,
	CONSTRAINT "outbox__event_id" UNIQUE("event_id"),
	CONSTRAINT "outbox__subject_sequence" UNIQUE("subject","subject_sequence")
);
--> statement-breakpoint
CREATE TABLE "auth"."parked_events" (
	"event_id" uuid PRIMARY KEY NOT NULL,
	"source" text NOT NULL,
	"subject" text NOT NULL,
	"subject_sequence" integer NOT NULL,
	"type" text NOT NULL,
	"envelope" jsonb NOT NULL,
	"reason" text NOT NULL,
	"parked_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "auth"."password_resets" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"token_digest" text,
	"expires_at" timestamp with time zone,
	"used_at" timestamp with time zone,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "password_resets__token_digest" UNIQUE("token_digest")
);
--> statement-breakpoint
CREATE TABLE "auth"."rate_limits" (
	"key" varchar(255) PRIMARY KEY NOT NULL,
	"points" integer DEFAULT 0 NOT NULL,
	"expire" bigint
);
--> statement-breakpoint
CREATE TABLE "auth"."refresh_tokens" (
	"digest" text PRIMARY KEY NOT NULL,
	"session_id" uuid NOT NULL,
	"used_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "auth"."revocation_head" (
	"id" integer PRIMARY KEY NOT NULL,
	"position" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "auth"."revocations" (
	"position" bigint PRIMARY KEY NOT NULL,
	"kind" text NOT NULL,
	"value" text NOT NULL,
	"expires_at" timestamp with time zone NOT NULL
);
--> statement-breakpoint
CREATE TABLE "auth"."sessions" (
	"id" uuid PRIMARY KEY NOT NULL,
	"user_id" uuid NOT NULL,
	"methods" text[] NOT NULL,
	"authenticated_at" timestamp with time zone NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"last_used_at" timestamp with time zone DEFAULT now() NOT NULL,
	"expires_at" timestamp with time zone NOT NULL,
	"ended_at" timestamp with time zone,
	"ip_address" text NOT NULL,
	"user_agent" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "auth"."signing_keys" (
	"id" text PRIMARY KEY NOT NULL,
	"algorithm" text NOT NULL,
	"sealed_private_key" text NOT NULL,
	"public_key" jsonb NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"retired_at" timestamp with time zone
);
--> statement-breakpoint
CREATE TABLE "auth"."stream_marks" (
	"reader" text PRIMARY KEY NOT NULL,
	"stream_created" text NOT NULL,
	"stream_sequence" bigint NOT NULL,
	"message_id" text
);
--> statement-breakpoint
CREATE TABLE "auth"."subject_sequences" (
	"subject" text PRIMARY KEY NOT NULL,
	"last" integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE "auth"."refresh_tokens" ADD CONSTRAINT "refresh_tokens_session_id_sessions_id_fk" FOREIGN KEY ("session_id") REFERENCES "auth"."sessions"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "credentials__expires_at" ON "auth"."credentials" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "outbox__unpublished" ON "auth"."outbox" USING btree ("position") WHERE "auth"."outbox"."published_at" is null;--> statement-breakpoint
CREATE INDEX "outbox__stream_sequence" ON "auth"."outbox" USING btree ("stream_sequence");--> statement-breakpoint
CREATE INDEX "parked_events__subject" ON "auth"."parked_events" USING btree ("source","subject","subject_sequence");--> statement-breakpoint
CREATE INDEX "password_resets__user_id" ON "auth"."password_resets" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "refresh_tokens__session_id" ON "auth"."refresh_tokens" USING btree ("session_id");--> statement-breakpoint
CREATE INDEX "revocations__expires_at" ON "auth"."revocations" USING btree ("expires_at");--> statement-breakpoint
CREATE INDEX "sessions__user_id" ON "auth"."sessions" USING btree ("user_id","id");--> statement-breakpoint
CREATE INDEX "sessions__expires_at" ON "auth"."sessions" USING btree ("expires_at");--> statement-breakpoint
INSERT INTO "auth"."revocation_head" ("id", "position") VALUES (1, 0);
