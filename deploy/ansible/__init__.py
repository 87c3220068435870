"""The Ansible role, and trial/, which runs it on the lab's hosts."""
