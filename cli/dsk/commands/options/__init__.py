"""The options that several commands share, a file a group: each option is named here once."""
