CREATE SCHEMA "spec_events";
--> statement-breakpoint
CREATE TABLE "spec_events"."effects" (
	"position" bigserial PRIMARY KEY NOT NULL,
	"event_id" uuid NOT NULL,
	"subject" text NOT NULL,
	"sequence" integer NOT NULL,
	"note" jsonb
);
--> statement-breakpoint
CREATE TABLE "spec_events"."inbox" (
	"source" text NOT NULL,
	"subject" text NOT NULL,
	"last_sequence" integer NOT NULL,
	"applied_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "inbox__source_subject" PRIMARY KEY("source","subject")
);
--> statement-breakpoint
CREATE TABLE "spec_events"."outbox" (
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
CREATE TABLE "spec_events"."parked_events" (
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
CREATE TABLE "spec_events"."stream_marks" (
	"reader" text PRIMARY KEY NOT NULL,
	"stream_created" text NOT NULL,
	"stream_sequence" bigint NOT NULL,
	"message_id" text
);
--> statement-breakpoint
CREATE TABLE "spec_events"."subject_sequences" (
	"subject" text PRIMARY KEY NOT NULL,
	"last" integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX "outbox__unpublished" ON "spec_events"."outbox" USING btree ("position") WHERE "spec_events"."outbox"."published_at" is null;--> statement-breakpoint
CREATE INDEX "outbox__stream_sequence" ON "spec_events"."outbox" USING btree ("stream_sequence");--> statement-breakpoint
CREATE INDEX "parked_events__subject" ON "spec_events"."parked_events" USING btree ("source","subject","subject_sequence");

