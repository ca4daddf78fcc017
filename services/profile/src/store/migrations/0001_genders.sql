INSERT INTO "profile"."genders" ("code", "label", "position") VALUES
	('female', 'Female', 1),
	('male', 'Male', 2),
	('non_binary', 'Non-binary', 3),
	('other', 'Other', 4),
	('unspecified', 'Prefer not to say', 5);
