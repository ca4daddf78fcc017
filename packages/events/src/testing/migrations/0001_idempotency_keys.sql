CREATE TABLE "spec_events"."idempotency_keys" (
	"caller" text NOT NULL,
	"operation" text NOT NULL,
	"key" text NOT NULL,
	"body_digest" text NOT NULL,
	"answer" jsonb,
	"claimed_at" timestamp with time zone DEFAULT now() NOT NULL,
	CONSTRAINT "idempotency_keys__key" PRIMARY KEY("caller","operation","key")
);
--> statement-breakpoint
CREATE INDEX "idempotency_keys__claimed_at" ON "spec_events"."idempotency_keys" USING btree ("claimed_at");
