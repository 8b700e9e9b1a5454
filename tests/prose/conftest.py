from hypothesis import HealthCheck, settings

# A loaded machine is slow, and that is no defect.
settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("patient")
