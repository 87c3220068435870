"""The collector `pacemaker`: nodes, resources, operations and constraints, from crm_mon and cibadmin."""
