"""Users from a directory server: LDAP or Active Directory."""
