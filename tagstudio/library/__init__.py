"""What people decided, in SQLite, and the cache beside it. The only package that imports SQLAlchemy."""
