// A worker whose vitest was killed would finish its spec for nobody, and hold what it holds until then.
process.once('disconnect', () => process.exit(1));
