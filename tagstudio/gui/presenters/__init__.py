"""Between the views and the services: every call of a service is made here, on a lane of the runner."""
