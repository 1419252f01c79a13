"""Pure rules: how Open Food Facts' documents read, and what of them our catalog takes."""
