"""TypeScript's native compiler, for `validate --types`: fetched once, run alone."""
