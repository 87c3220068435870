"""A release: everything that is built for it, from a commit whose tag, changelog and metadata agree.

readiness      what a release would be refused for
distributions  the sdist and the wheel: built, looked through, the same bytes again from the same commit
"""
