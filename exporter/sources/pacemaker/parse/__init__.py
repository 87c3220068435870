"""The XML that Pacemaker's tools print: crm_mon, cibadmin (pure)."""
