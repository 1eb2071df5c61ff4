"""The pages of those who look after the catalogue."""

from django.urls import path

from servicehall.catalogue.views import bundles, carrying, items, searches, sections

app_name = "catalogue"
ITEM = "hall/catalogue/items/<slug:code>/"
SECTION = f"{ITEM}sections/<slug:key>/"
urlpatterns = [
    path("hall/searches/", searches.empty_searches, name="empty-searches"),
    path("hall/searches/word/", searches.word, name="word"),
    path("hall/catalogue/", items.item_list, name="items"),
    path("hall/catalogue/new/", items.item_new, name="item-new"),
    path("hall/catalogue/export/", carrying.export, name="export"),
    path("hall/catalogue/import/", carrying.import_page, name="import"),
    path("hall/catalogue/bundles/", bundles.bundle_list, name="bundles"),
    path("hall/catalogue/bundles/new/", bundles.bundle_new, name="bundle-new"),
    path("hall/catalogue/bundles/<slug:code>/", bundles.bundle_page, name="bundle"),
    path("hall/catalogue/bundles/<slug:code>/<slug:verb>/", bundles.bundle_act, name="bundle-act"),
    path(ITEM, items.item_page, name="item"),
    path(f"{ITEM}versions/<int:number>/", items.version_page, name="version"),
    path(f"{ITEM}act/<slug:verb>/", items.item_act, name="item-act"),
    path(f"{ITEM}word/", searches.add_word, name="add-word"),
    path(SECTION, sections.section_page, name="section"),
    path(f"{SECTION}<slug:name>/new/", sections.row_page, name="row-new"),
    path(f"{SECTION}<slug:name>/<int:index>/", sections.row_page, name="row"),
    path(f"{SECTION}<slug:name>/<int:index>/move/", sections.row_move, name="row-move"),
]
