CREATE SCHEMA "profile";
--> statement-breakpoint
CREATE TABLE "profile"."external_ids" (
	"system" text NOT NULL,
	"external_id" text NOT NULL,
	"user_id" uuid NOT NULL,
	CONSTRAINT "external_ids__system_external_id" PRIMARY KEY("system","external_id")
);
--> statement-breakpoint
CREATE TABLE "profile"."genders" (
	"code" text PRIMARY KEY NOT NULL,
	"label" text NOT NULL,
	"position" integer NOT NULL,
	CONSTRAINT "genders__position" UNIQUE("position")
);
--> statement-breakpoint
CREATE TABLE "profile"."inbox" (
	"source" text NOT NULL,
	"subject" text NOT NULL,
	"last_sequence" integer NOT NULL,
	"applied_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "inbox__source_subject" PRIMARY KEY("source","subject")
);
--> statement-breakpoint
CREATE TABLE "profile"."outbox" (
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
CREATE TABLE "profile"."parked_events" (
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
CREATE TABLE "profile"."profiles" (
	"user_id" uuid PRIMARY KEY NOT NULL,
	"username" text NOT NULL,
	"email" text NOT NULL,
	"first_name" text,
	"last_name" text,
	"description" text,
	"gender" text,
	"country_code" text,
	"locale" text,
	"time_zone" text,
	"external_ids" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"version" integer DEFAULT 1 NOT NULL,
	"created_at" timestamp with time zone DEFAULT now() NOT NULL,
	"updated_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
CREATE TABLE "profile"."stream_marks" (
	"reader" text PRIMARY KEY NOT NULL,
	"stream_created" text NOT NULL,
	"stream_sequence" bigint NOT NULL,
	"message_id" text
);
--> statement-breakpoint
CREATE TABLE "profile"."subject_sequences" (
	"subject" text PRIMARY KEY NOT NULL,
	"last" integer NOT NULL
);
--> statement-breakpoint
ALTER TABLE "profile"."external_ids" ADD CONSTRAINT "external_ids__user_id" FOREIGN KEY ("user_id") REFERENCES "profile"."profiles"("user_id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "profile"."profiles" ADD CONSTRAINT "profiles__gender" FOREIGN KEY ("gender") REFERENCES "profile"."genders"("code") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "external_ids__user_id" ON "profile"."external_ids" USING btree ("user_id");--> statement-breakpoint
CREATE INDEX "outbox__unpublished" ON "profile"."outbox" USING btree ("position") WHERE "profile"."outbox"."published_at" is null;--> statement-breakpoint
CREATE INDEX "outbox__stream_sequence" ON "profile"."outbox" USING btree ("stream_sequence");--> statement-breakpoint
CREATE INDEX "parked_events__subject" ON "profile"."parked_events" USING btree ("source","subject","subject_sequence");