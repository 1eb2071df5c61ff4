from community.governance.actions.posts import appoint, end_post

__all__ = ["appoint", "end_post"]
