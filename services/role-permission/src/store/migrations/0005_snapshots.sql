CREATE TABLE "role_permission"."snapshot_parts" (
	"snapshot_id" bigint NOT NULL,
	"part" integer NOT NULL,
	"data" "bytea" NOT NULL,
	CONSTRAINT "snapshot_parts__part" PRIMARY KEY("snapshot_id","part")
);
--> statement-breakpoint
CREATE TABLE "role_permission"."snapshots" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"stream" text NOT NULL,
	"form" text NOT NULL,
	"epoch" integer NOT NULL,
	"position" bigint NOT NULL,
	"bytes" bigint NOT NULL,
	"made_at" timestamp with time zone DEFAULT now() NOT NULL
);
--> statement-breakpoint
ALTER TABLE "role_permission"."snapshot_parts" ADD CONSTRAINT "snapshot_parts__snapshot_id" FOREIGN KEY ("snapshot_id") REFERENCES "role_permission"."snapshots"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "snapshots__stream" ON "role_permission"."snapshots" USING btree ("stream","form","epoch","position");--> statement-breakpoint
-- Numbers and digests hardly get smaller: trying to would only take time.
ALTER TABLE "role_permission"."snapshot_parts" ALTER COLUMN "data" SET STORAGE EXTERNAL;
