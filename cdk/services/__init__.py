"""One construct a service: ``cdk/services/x.py`` is to AWS what ``services/x`` is to Python."""
