"""Money that follows the task (费随事转). Holds no code yet; it will stand beside the service hall and neither
will import the other: they meet in the access directory below and in the dashboards above."""
