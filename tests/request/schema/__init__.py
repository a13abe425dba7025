"""Tests of schemas in requests."""
