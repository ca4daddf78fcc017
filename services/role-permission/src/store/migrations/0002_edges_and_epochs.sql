CREATE TABLE "role_permission"."edges" (
	"stream" text NOT NULL,
	"object" text NOT NULL,
	"relation" text NOT NULL,
	"subject" text NOT NULL,
	"from_position" bigint NOT NULL,
	"to_position" bigint,
	"valid_until" timestamp (3) with time zone,
	CONSTRAINT "edges__life" PRIMARY KEY("stream","object","relation","subject","from_position"),
	CONSTRAINT "edges__interval" CHECK ("role_permission"."edges"."to_position" > "role_permission"."edges"."from_position")
);
--> statement-breakpoint
CREATE TABLE "role_permission"."streams" (
	"stream" text PRIMARY KEY NOT NULL,
	"epoch" integer DEFAULT 1 NOT NULL,
	"peer_secret" text DEFAULT gen_random_uuid()::text || gen_random_uuid()::text NOT NULL
);
--> statement-breakpoint
ALTER TABLE "role_permission"."events" ADD COLUMN "version" smallint DEFAULT 1 NOT NULL;--> statement-breakpoint
ALTER TABLE "role_permission"."events" ALTER COLUMN "version" DROP DEFAULT;--> statement-breakpoint
ALTER TABLE "role_permission"."events" ADD COLUMN "keys" text[] DEFAULT '{}' NOT NULL;--> statement-breakpoint
ALTER TABLE "role_permission"."events" ALTER COLUMN "keys" DROP DEFAULT;--> statement-breakpoint
INSERT INTO "role_permission"."streams" ("stream") SELECT DISTINCT "stream" FROM "role_permission"."events";--> statement-breakpoint
UPDATE "role_permission"."events"
SET "keys" = CASE
	WHEN "type" IN ('permission.granted', 'permission.revoked') THEN ARRAY[
		'permission:' || ("data" ->> 'permission') || '#holder@user:' || "subject",
		'permission:' || ("data" ->> 'permission'),
		'user:' || "subject"
	]
	WHEN "type" IN ('permission.created', 'permission.deleted') THEN ARRAY['permission:' || "subject"]
	WHEN "type" = 'permission.described' THEN ARRAY['permission:' || "subject" || '/description', 'permission:' || "subject"]
	WHEN "type" = 'access.user_added' THEN ARRAY['user:' || "subject"]
	ELSE '{}'::text[]
END;--> statement-breakpoint
INSERT INTO "role_permission"."edges" ("stream", "object", "relation", "subject", "from_position", "to_position", "valid_until")
SELECT "stream", 'permission:' || "permission", 'holder', 'user:' || "subject", "position", "next", "valid_until"
FROM (
	SELECT "stream", "type", "subject", "position", "data" ->> 'permission' AS "permission",
		("data" -> 'after' ->> 'validUntil')::timestamptz AS "valid_until",
		lead("position") OVER (PARTITION BY "stream", "subject", "data" ->> 'permission' ORDER BY "position") AS "next"
	FROM "role_permission"."events"
	WHERE "type" IN ('permission.granted', 'permission.revoked')
) AS "changes"
WHERE "type" = 'permission.granted';--> statement-breakpoint
CREATE INDEX "edges__object" ON "role_permission"."edges" USING btree ("stream","object","to_position","from_position");--> statement-breakpoint
CREATE INDEX "edges__subject" ON "role_permission"."edges" USING btree ("stream","subject","to_position","from_position");--> statement-breakpoint
CREATE INDEX "events__keys" ON "role_permission"."events" USING gin ("keys");