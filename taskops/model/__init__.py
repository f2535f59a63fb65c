"""The nouns: plain frozen values that every room understands."""
