"""How the house writes dates and times where Django does it: fields and histories of records, the admin's own pages.

What our own pages say comes from `clinic.wording`, in the same form.
"""
