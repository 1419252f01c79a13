"""The whole system on one machine: engine, deploy onto it, one origin, demo data. Start with `make run`."""
