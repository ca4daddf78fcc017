CREATE SCHEMA "role_permission";
--> statement-breakpoint
CREATE TABLE "role_permission"."events" (
	"stream" text NOT NULL,
	"position" bigint NOT NULL,
	"id" uuid NOT NULL,
	"command_id" uuid NOT NULL,
	"index" integer NOT NULL,
	"type" text NOT NULL,
	"subject" text NOT NULL,
	"subject_sequence" integer NOT NULL,
	"data" jsonb NOT NULL,
	"actor" text NOT NULL,
	"correlation_id" text NOT NULL,
	"causation_id" text,
	"traceparent" text,
	"at" timestamp (3) with time zone NOT NULL,
	CONSTRAINT "events__stream_position" PRIMARY KEY("stream","position"),
	CONSTRAINT "events__id" UNIQUE("id"),
	CONSTRAINT "events__position" CHECK ("role_permission"."events"."position" > 0)
);
--> statement-breakpoint
CREATE TABLE "role_permission"."idempotency_keys" (
	"caller" text NOT NULL,
	"operation" text NOT NULL,
	"key" text NOT NULL,
	"body_digest" text NOT NULL,
	"answer" jsonb,
	"claimed_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys__key" PRIMARY KEY("caller","operation","key")
);
--> statement-breakpoint
CREATE TABLE "role_permission"."inbox" (
	"source" text NOT NULL,
	"subject" text NOT NULL,
	"last_sequence" integer NOT NULL,
	"applied_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "inbox__source_subject" PRIMARY KEY("source","subject")
);
--> statement-breakpoint
CREATE TABLE "role_permission"."outbox" (
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
CREATE TABLE "role_permission"."parked_events" (
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
CREATE TABLE "role_permission"."relay_checkpoints" (
	"position" bigint PRIMARY KEY NOT NULL,
	"stream_sequence" bigint NOT NULL,
	"event_id" uuid NOT NULL,
	"published_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "role_permission"."relay_losses" (
	"generation" bigserial PRIMARY KEY NOT NULL,
	"last_position" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "role_permission"."relay_requests" (
	"subject" text PRIMARY KEY NOT NULL,
	"next_sequence" integer NOT NULL,
	"nonce" bigserial NOT NULL
);
--> statement-breakpoint
CREATE TABLE "role_permission"."stream_marks" (
	"reader" text PRIMARY KEY NOT NULL,
	"stream_created" text NOT NULL,
	"stream_sequence" bigint NOT NULL,
	"message_id" text
);
--> statement-breakpoint
CREATE TABLE "role_permission"."subject_sequences" (
	"subject" text PRIMARY KEY NOT NULL,
	"last" integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX "events__subject" ON "role_permission"."events" USING btree ("stream","subject","subject_sequence");--> statement-breakpoint
CREATE INDEX "outbox__unpublished" ON "role_permission"."outbox" USING btree ("position") WHERE "role_permission"."outbox"."published_at" is null;--> statement-breakpoint
CREATE INDEX "outbox__stream_sequence" ON "role_permission"."outbox" USING btree ("stream_sequence");--> statement-breakpoint
CREATE INDEX "parked_events__subject" ON "role_permission"."parked_events" USING btree ("source","subject","subject_sequence");--> statement-breakpoint
CREATE INDEX "relay_checkpoints__stream_sequence" ON "role_permission"."relay_checkpoints" USING btree ("stream_sequence");