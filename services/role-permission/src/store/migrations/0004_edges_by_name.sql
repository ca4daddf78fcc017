-- Compared by their bytes: all objects that begin so are one range of the index, and pages come in the order of the code.
ALTER TABLE "role_permission"."edges"
	ALTER COLUMN "object" TYPE text COLLATE "C",
	ALTER COLUMN "relation" TYPE text COLLATE "C",
	ALTER COLUMN "subject" TYPE text COLLATE "C";
