CREATE SCHEMA "activity_log";
--> statement-breakpoint
CREATE TABLE "activity_log"."activity" (
	"id" uuid PRIMARY KEY NOT NULL,
	"occurred_at" timestamp (3) with time zone NOT NULL,
	"recorded_at" timestamp with time zone DEFAULT now() NOT NULL,
	"type" text NOT NULL,
	"source" text NOT NULL,
	"actor" text NOT NULL,
	"subject" text NOT NULL,
	"correlation_id" text NOT NULL,
	"data" jsonb NOT NULL
);
--> statement-breakpoint
CREATE TABLE "activity_log"."inbox" (
	"source" text NOT NULL,
	"subject" text NOT NULL,
	"last_sequence" integer NOT NULL,
	"applied_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "inbox__source_subject" PRIMARY KEY("source","subject")
);
--> statement-breakpoint
CREATE TABLE "activity_log"."outbox" (
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
CREATE TABLE "activity_log"."parked_events" (
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
CREATE TABLE "activity_log"."stream_marks" (
	"reader" text PRIMARY KEY NOT NULL,
	"stream_created" text NOT NULL,
	"stream_sequence" bigint NOT NULL,
	"message_id" text
);
--> statement-breakpoint
CREATE TABLE "activity_log"."subject_sequences" (
	"subject" text PRIMARY KEY NOT NULL,
	"last" integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX "activity__occurred_at" ON "activity_log"."activity" USING btree ("occurred_at","id");--> statement-breakpoint
CREATE INDEX "activity__actor" ON "activity_log"."activity" USING btree ("actor","occurred_at","id");--> statement-breakpoint
CREATE INDEX "activity__subject" ON "activity_log"."activity" USING btree ("subject","occurred_at","id");--> statement-breakpoint
CREATE INDEX "activity__type" ON "activity_log"."activity" USING btree ("type","occurred_at","id");--> statement-breakpoint
CREATE INDEX "outbox__unpublished" ON "activity_log"."outbox" USING btree ("position") WHERE "activity_log"."outbox"."published_at" is null;--> statement-breakpoint
CREATE INDEX "outbox__stream_sequence" ON "activity_log"."outbox" USING btree ("stream_sequence");--> statement-breakpoint
CREATE INDEX "parked_events__subject" ON "activity_log"."parked_events" USING btree ("source","subject","subject_sequence");