from config.settings.base import CELERY_TASK_DEFAULT_QUEUE


def queues_of(schedule):
    """The queues into which beat puts the tasks of `schedule`."""
    return {
        entry.get("options", {}).get("queue", CELERY_TASK_DEFAULT_QUEUE)
        for entry in schedule.values()
    }
