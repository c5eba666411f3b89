"""Filters of the desk's pages about one visit."""

from django import template

from booking import told

register = template.Library()
register.filter("theirs", told.theirs)
register.filter("how_they", told.how_they)
