"""A real Chromium against a real server. A journey fails on any error the browser reports, also one nobody looks at."""

from __future__ import annotations

import shutil
from http import HTTPStatus
from pathlib import Path

import pytest
from django.conf import settings as django_settings
from django.test import Client
from playwright.sync_api import expect, sync_playwright
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from tests.console.conftest import make_member
from tests.factories.merchants import make_merchant
from yutang.console.middleware import SESSION_KEY
from yutang.core import access, tenancy
from yutang.lake import writer

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
PICTURES = Path(__file__).resolve().parents[2] / "test-results"
DESK = {"width": 1440, "height": 900}
PATIENCE = 120_000  # milliseconds until an expectation is given up
HARMLESS = (
    # A form that is sent back with its mistakes answers 422; Chromium calls that a failed load.
    f"status of {HTTPStatus.UNPROCESSABLE_ENTITY.value}",
    # So does one that somebody else was faster with.
    f"status of {HTTPStatus.CONFLICT.value}",
    # A newer question replaces one that is under way (hx-sync); htmx logs both halves of that as errors.
    "htmx:sendAbort",
    "htmx:afterRequest",
    # A journey cut the line itself.
    "net::ERR_INTERNET_DISCONNECTED",
)
_report = pytest.StashKey[pytest.TestReport]()


def pytest_collection_modifyitems(items):
    """The first snapshot of a lake deletes nothing, which pyiceberg finds worth a warning."""
    for item in items:
        if Path(__file__).parent in item.path.parents:
            item.add_marker(pytest.mark.filterwarnings("ignore:Delete operation did not match any records"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item, call):
    report = yield
    if report.when == "call":
        item.stash[_report] = report
    return report


@pytest.fixture(scope="module")
def browser():
    chromium = shutil.which("chromium")
    if chromium is None:
        pytest.fail("The journeys need Chromium: apt-get install chromium fonts-noto-cjk")
    with sync_playwright() as playwright:
        running = playwright.chromium.launch(executable_path=chromium, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def viewport():
    return DESK


@pytest.fixture
def user_agent():
    """Empty: that of Chromium itself."""
    return ""


@pytest.fixture
def page(request, browser, live_server, viewport, user_agent, _static_folder):
    """A fresh browser profile that reads English."""
    expect.set_options(timeout=PATIENCE)
    context = browser.new_context(
        base_url=live_server.url,
        viewport=viewport,
        locale="en-GB",
        reduced_motion="reduce",
        accept_downloads=True,
        user_agent=user_agent or None,
    )
    context.set_default_timeout(PATIENCE)
    context.add_cookies([{"name": django_settings.LANGUAGE_COOKIE_NAME, "value": "en", "url": live_server.url}])
    opened = context.new_page()
    problems = []
    opened.on("pageerror", lambda error: problems.append(f"script: {error}"))
    opened.on("console", lambda line: line.type == "error" and problems.append(f"{line.text} ({line.location['url']})"))
    opened.on("response", lambda r: r.status >= 500 and problems.append(f"{r.status} {r.url}"))
    yield opened
    failed = _report not in request.node.stash or request.node.stash[_report].failed
    found = [problem for problem in problems if not any(text in problem for text in HARMLESS)]
    if failed or found:
        PICTURES.mkdir(exist_ok=True)
        opened.screenshot(path=PICTURES / f"{request.node.name}.png", full_page=True)
    context.close()
    assert not found, f"the browser reports: {found}"


@pytest.fixture(scope="session")
def _static_folder():
    """Whitenoise warns when the folder of collected files is missing."""
    Path(django_settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture
def merchant(transactional_db):
    """Committed, so that the server sees it; its scope is not entered, since the server has its own."""
    return make_merchant(name="谷汀麦作")


@pytest.fixture
def actor(merchant):
    return access.system(merchant.pk, name="test")


@pytest.fixture
def enter(page, live_server, merchant):
    """`enter()` makes the page that of an owner who has logged in; returns the membership."""

    def enter(role="owner", **user):
        member = make_member(merchant, role, **user)
        client = Client()
        client.force_login(member.user)
        session = client.session
        session[SESSION_KEY] = merchant.pk
        session.save()
        name = django_settings.SESSION_COOKIE_NAME
        page.context.add_cookies([{"name": name, "value": client.cookies[name].value, "url": live_server.url}])
        return member

    return enter


@pytest.fixture
def work(no_jobs):
    """`work()` does what the worker process does: waiting jobs in their order, then the lake."""

    def work():
        app.perform_import_paths()
        while job := ProcrastinateJob.objects.filter(status="todo").order_by("id").first():
            app.tasks[job.task_name].func(**job.args)
            app.job_manager.connector.execute_query(
                "UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id = %(id)s", id=job.id
            )
        writer.run()

    return work


@pytest.fixture
def in_scope(merchant):
    """`with in_scope():` writes data as the merchant does."""
    return lambda: tenancy.scope(merchant.pk)
