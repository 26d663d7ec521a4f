"""Tests of the house itself: what is true of the whole checkout and not of one module."""
