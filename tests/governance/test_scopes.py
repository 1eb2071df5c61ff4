"""The post in which somebody acts: in one language on record, in the reader's on the page."""

import pytest
from django.core.cache import cache
from django.utils import timezone
from django.utils.translation import override

from community.governance.enums import Role
from community.governance.naming import post_read
from community.governance.scopes import scope_of
from tests.factories.governance import PostFactory, StationFactory


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("language", "shown"),
    [
        ("zh-hans", "先锋社区服务站 · 窗口人员"),
        ("en", "Xianfeng Community Service Station · Window clerk"),
    ],
)
def test_the_record_of_an_act_does_not_change_with_the_language_of_the_clerk(language, shown):
    station = StationFactory(name="先锋社区服务站", name_en="Xianfeng Community Service Station")
    post = PostFactory(body=station, role=Role.WINDOW_CLERK)
    with override(language):
        scope = scope_of(post.user, post.pk, today=timezone.localdate())
    assert (scope.post_label, scope.post_shown) == ("先锋社区服务站 · 窗口人员", shown)
    cache.clear()
    with override(language):
        assert post_read(scope.post_label) == shown
        assert post_read("系统") == "系统"
        acting = post_read("没有译名的单位 · 代理服务站站长")
    assert acting.startswith("没有译名的单位 · ")
    assert ("Acting" in acting) == (language == "en")
