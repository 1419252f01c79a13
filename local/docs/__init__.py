"""What is generated from the code: the API's description, pages on errors, settings and events, the events' schemas.

``make docs`` writes all of it; ``python -m local.docs --check``, a part of ``make check``, says what is out of date
and what breaks those who use the API.
"""
