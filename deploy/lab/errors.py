"""
LabError             anything the lab says to a person in a sentence; exit code 1
  Missing            this machine can't run the lab: not root, not Linux, a package is not there
  NotUp              the verb needs a lab that is up
  Overdue            a condition did not come true in time
  Aborted            another part of `up` failed or was interrupted, so this part stopped too
"""


class LabError(Exception):
    pass


class Missing(LabError):
    pass


class NotUp(LabError):
    pass


class Overdue(LabError):
    pass


class Aborted(LabError):
    pass
