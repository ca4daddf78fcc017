ALTER TABLE "auth"."refresh_tokens" ADD COLUMN "used_from" text;--> statement-breakpoint
ALTER TABLE "auth"."refresh_tokens" ADD COLUMN "contested_at" timestamp with time zone;