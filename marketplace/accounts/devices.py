"""The device of a session in plain words, from what the browser says of itself. It may lie: shown, never trusted."""

from __future__ import annotations

from marketplace.core.text import Text

# First match counts: browsers name those they descend from, so the special ones come first.
BROWSERS = (
    ("MicroMessenger", Text("微信", "WeChat")),
    ("DingTalk", Text("钉钉", "DingTalk")),
    ("QQBrowser", Text("QQ 浏览器", "QQ Browser")),
    ("QIHU", Text("360 浏览器", "360 Browser")),
    ("360SE", Text("360 浏览器", "360 Browser")),
    ("360EE", Text("360 浏览器", "360 Browser")),
    ("UCBrowser", Text("UC 浏览器", "UC Browser")),
    ("Quark", Text("夸克", "Quark")),
    ("HuaweiBrowser", Text("华为浏览器", "Huawei Browser")),
    ("MiuiBrowser", Text("小米浏览器", "Mi Browser")),
    ("Edg", Text("Edge", "Edge")),
    ("OPR", Text("Opera", "Opera")),
    ("Firefox", Text("Firefox", "Firefox")),
    ("FxiOS", Text("Firefox", "Firefox")),
    ("HeadlessChrome", Text("Chrome（无界面）", "Chrome (headless)")),
    ("CriOS", Text("Chrome", "Chrome")),
    ("Chrome", Text("Chrome", "Chrome")),
    ("Safari", Text("Safari", "Safari")),
)
SYSTEMS = (
    ("OpenHarmony", Text("鸿蒙", "HarmonyOS")),
    ("HarmonyOS", Text("鸿蒙", "HarmonyOS")),
    ("iPhone", Text("iPhone", "iPhone")),
    ("iPad", Text("iPad", "iPad")),
    ("Android", Text("安卓", "Android")),
    ("Windows", Text("Windows", "Windows")),
    ("Mac OS X", Text("苹果电脑", "Mac")),
    ("UOS", Text("统信 UOS", "UOS")),
    ("Kylin", Text("麒麟", "Kylin")),
    ("CrOS", Text("Chromebook", "Chromebook")),
    ("Linux", Text("Linux", "Linux")),
)


def device(agent: str) -> Text:
    """ "Edge on Windows" for a User-Agent header; what is not known is said to be unknown."""
    browser, system = _first(BROWSERS, agent), _first(SYSTEMS, agent)
    if browser and system:
        return Text(f"{system.zh} 上的 {browser.zh}", f"{browser.en} on {system.en}")
    return browser or system or Text("未知设备", "Unknown device")


def _first(known: tuple[tuple[str, Text], ...], agent: str) -> Text | None:
    return next((name for mark, name in known if mark in agent), None)
