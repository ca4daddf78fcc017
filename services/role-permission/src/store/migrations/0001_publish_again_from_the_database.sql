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
ALTER TABLE "role_permission"."relay_checkpoints" ADD COLUMN "event_id" uuid;--> statement-breakpoint
UPDATE "role_permission"."relay_checkpoints" SET "event_id" = "events"."id" FROM "role_permission"."events" WHERE "events"."stream" = 'core' AND "events"."position" = "relay_checkpoints"."position";--> statement-breakpoint
DELETE FROM "role_permission"."relay_checkpoints" WHERE "event_id" IS NULL;--> statement-breakpoint
ALTER TABLE "role_permission"."relay_checkpoints" ALTER COLUMN "event_id" SET NOT NULL;--> statement-breakpoint
ALTER TABLE "role_permission"."relay_checkpoints" ADD COLUMN "published_at" timestamp with time zone DEFAULT now() NOT NULL;