"""Words of notices: a title and a text, made from kind and facts in the reader's language (A6, A7).

Pure templates. A fact that ends with `_at` is an instant by RFC 3339; a fact may be given by language (`text.en`,
`text.zh-Hans`). A kind without a template, or facts that do not fill it, get words that are true of any notice.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from domain.notices import NoticeKind
from domain.persons import Locale

_EN, _ZH = Locale.ENGLISH, Locale.SIMPLIFIED_CHINESE


@dataclass(frozen=True, slots=True)
class Words:
    """A notice in words: the title in one line, the text in one paragraph or more."""

    title: str
    text: str


_GENERIC: Mapping[Locale, Words] = {
    _EN: Words("News about your account", "There is news about your account. Sign in to see it."),
    _ZH: Words("账户通知", "您的账户有新的通知，请登录查看。"),
}

_WORDS: Mapping[str, Mapping[Locale, Words]] = {
    NoticeKind.TERMS: {
        _EN: Words(
            "New terms from {effective_at}",
            "Our terms change. The new version, “{title}” (version {version}), is in force from {effective_at}. "
            "Whoever goes on using the service from then on accepts it.",
        ),
        _ZH: Words(
            "条款更新将于{effective_at}生效",
            "我们的条款有更新。新版本《{title}》（第{version}版）自{effective_at}起生效。此后继续使用本服务即视为接受。",
        ),
    },
    NoticeKind.PRICE: {
        _EN: Words(
            "A price changes on {effective_at}",
            "{text} The change takes effect on {effective_at}. What you have bought stays as it is until it renews.",
        ),
        _ZH: Words(
            "价格将于{effective_at}调整",
            "{text} 此调整自{effective_at}起生效。您已购买的内容在续订之前保持不变。",
        ),
    },
    NoticeKind.DISCONTINUATION: {
        _EN: Words("Something ends on {effective_at}", "{text} It ends on {effective_at}."),
        _ZH: Words("有内容将于{effective_at}停止提供", "{text} 将于{effective_at}停止提供。"),
    },
    NoticeKind.INFORMATION: {
        _EN: Words("Good to know", "{text}"),
        _ZH: Words("通知", "{text}"),
    },
    NoticeKind.EXPORT_PROGRESS: {
        _EN: Words("Your data export", "The archive of your data is made: {progress} %."),
        _ZH: Words("您的数据导出", "您的数据归档正在生成：{progress}%。"),
    },
    NoticeKind.WORKSPACE_SWITCHED: {
        _EN: Words("You are in another workspace", "You have switched to another workspace, on this page or another."),
        _ZH: Words("已切换工作空间", "您已在此页面或其他页面切换到另一个工作空间。"),
    },
    NoticeKind.DELETION_REQUESTED: {
        _EN: Words(
            "Your account will be deleted",
            "You asked for your account to be deleted. That happens on {due_at}, with everything held about you, and "
            "cannot be undone; all credits lapse. Until then you can call it back. If it was not you, sign in, call it "
            "back and end the sessions that you do not know.",
        ),
        _ZH: Words(
            "您的账户将被删除",
            "您已申请删除账户。账户及与您有关的全部数据将于{due_at}删除，无法恢复，所有额度同时失效。在此之前您可以撤销。"
            "如非本人操作，请登录后撤销申请，并结束您不认识的会话。",
        ),
    },
    NoticeKind.DELETION_CALLED_BACK: {
        _EN: Words("Your account stays", "The deletion of your account was called back. Everything stays as it is."),
        _ZH: Words("您的账户将保留", "账户删除申请已撤销，一切保持不变。"),
    },
    NoticeKind.DELETION_PUT_OFF: {
        _EN: Words(
            "Your account is not deleted yet",
            "Your account could not be deleted yet: it is suspended, or you are the only administrator of an "
            "organisation with other members. It is tried again on {due_at}.",
        ),
        _ZH: Words(
            "您的账户尚未删除",
            "您的账户暂时无法删除：账户被暂停，或您是某个仍有其他成员的组织的唯一管理员。系统将于{due_at}再次尝试。",
        ),
    },
    NoticeKind.ORDER_PAID: {
        _EN: Words(
            "Your order {reference} is paid",
            "We have received your payment for the order {reference}. What you bought is there. The receipt is with "
            "the order.",
        ),
        _ZH: Words(
            "订单{reference}已支付", "我们已收到订单{reference}的付款。您购买的内容已生效，收据可在订单中查看。"
        ),
    },
    NoticeKind.ORDER_EXPIRED: {
        _EN: Words(
            "Your order {reference} has expired",
            "The order {reference} was not paid in time, and nothing was bought. If you still want it, order it again.",
        ),
        _ZH: Words("订单{reference}已过期", "订单{reference}未在期限内支付，未产生任何购买。如仍需要，请重新下单。"),
    },
    NoticeKind.CREDITS_ADJUSTED: {
        _EN: Words(
            "Your credits were adjusted",
            "Our staff adjusted your credits by {amount}. The change is in the history of your personal workspace.",
        ),
        _ZH: Words(
            "您的额度已调整", "工作人员已调整您的额度，变动数量为{amount}。您可在个人工作空间的历史记录中查看。"
        ),
    },
    NoticeKind.ORGANIZATION_JOINED: {
        _EN: Words(
            "You have joined an organization",
            "You are a member of an organization now and have a seat. Its workspace is among your workspaces.",
        ),
        _ZH: Words("您已加入组织", "您现已成为组织成员并获得席位，可在您的工作空间列表中找到该组织的工作空间。"),
    },
    NoticeKind.MEMBER_JOINED: {
        _EN: Words(
            "Somebody has joined your organization",
            "Somebody has joined by an invitation link and has taken a seat. You find them among the members.",
        ),
        _ZH: Words("有新成员加入您的组织", "有人通过邀请链接加入了组织并获得席位，可在成员列表中查看。"),
    },
    NoticeKind.PAYMENT_FAILED: {
        _EN: Words(
            "The subscription of {organization} could not be renewed",
            "The automatic renewal of the subscription of {organization} could not be paid. It is tried again every "
            "day, and all members keep their benefits until {until_at}. Pay the open order, or renew by yourself "
            "before that.",
        ),
        _ZH: Words(
            "组织{organization}的订阅续订未成功",
            "组织{organization}的订阅自动续订付款未成功。系统每天会再次尝试，所有成员的权益保留至{until_at}。"
            "请在此之前支付待付订单或手动续订。",
        ),
    },
    NoticeKind.SUBSCRIPTION_ENDING: {
        _EN: Words(
            "The subscription of {organization} ends on {ends_at}",
            "The subscription of {organization} ends on {ends_at}, and nothing is there to pay for its renewal by "
            "itself. Renew it in time, and everything goes on as it is.",
        ),
        _ZH: Words(
            "组织{organization}的订阅将于{ends_at}到期",
            "组织{organization}的订阅将于{ends_at}到期，目前没有可用于自动续订的付款方式。请及时续订，一切将照常继续。",
        ),
    },
    NoticeKind.SUBSCRIPTION_EXPIRED: {
        _EN: Words(
            "The subscription of {organization} has expired",
            "The subscription of {organization} expired on {ended_at}, and the benefits of all members are suspended. "
            "Memberships, seats and data stay; renewing brings the benefits back.",
        ),
        _ZH: Words(
            "组织{organization}的订阅已到期",
            "组织{organization}的订阅已于{ended_at}到期，所有成员的权益已暂停。成员、席位和数据均保留，续订后权益即恢复。",
        ),
    },
    NoticeKind.MEMBERSHIP_ENDED: {
        _EN: Words(
            "Your membership of an organization has ended",
            "An administrator removed you from the organization {organization} on {ended_at}. Its workspace and its "
            "benefits are closed to you; your personal workspace stays as it is.",
        ),
        _ZH: Words(
            "您的组织成员身份已终止",
            "组织{organization}的管理员已于{ended_at}将您移出。您无法再使用该组织的工作区及权益，个人工作区不受影响。",
        ),
    },
    NoticeKind.ADMINISTRATION_HANDED_OVER: {
        _EN: Words(
            "Your role in an organization has changed",
            "The administration of the organization {organization} was handed over. Your role there is {role} now.",
        ),
        _ZH: Words("您在组织中的角色已变更", "组织{organization}的管理权已移交，您现在的角色为{role}。"),
    },
    NoticeKind.KEY_RESTRICTED: {
        _EN: Words(
            "Your API key {hint} is restricted",
            "Since {restricted_at} your API key {hint} cannot be used: {why}. The coding benefit is for approved "
            "coding agents only. If you think that this is a mistake, ask us to look at it.",
        ),
        _ZH: Words(
            "您的 API 密钥 {hint} 已被限制使用",
            "自{restricted_at}起，您的 API 密钥 {hint} 无法使用：{why}。"
            "编程权益仅限在已批准的编程工具中使用。如有疑问，请联系我们核实。",
        ),
    },
    NoticeKind.KEY_FREED: {
        _EN: Words("Your API key {hint} works again", "The restriction of your API key {hint} was lifted."),
        _ZH: Words("您的 API 密钥 {hint} 已恢复使用", "您的 API 密钥 {hint} 的使用限制已解除。"),
    },
    NoticeKind.REFERRAL_REWARDED: {
        _EN: Words(
            "You were given {credits} credits",
            "Somebody who came by your referral code has earned you {credits} credits.",
        ),
        _ZH: Words("您获得了{credits}点额度", "通过您的推荐码加入的用户为您带来了{credits}点额度。"),
    },
    NoticeKind.REFERRAL_REVERSED: {
        _EN: Words(
            "A reward for a referral was taken back",
            "The reward for one of your referrals was taken back, and with it {credits} credits that were left of it.",
        ),
        _ZH: Words("推荐奖励已撤回", "您的一项推荐奖励已被撤回，其中剩余的{credits}点额度已收回。"),
    },
}


def notice_words(kind: str, facts: Mapping[str, str], locale: Locale) -> Words:
    """Put a notice into words of a language. Never fails: see the module."""
    template = _WORDS.get(kind, _GENERIC)[locale]
    filled = _Facts(facts, locale)
    try:
        return Words(template.title.format_map(filled), template.text.format_map(filled))
    except (KeyError, ValueError):
        return _GENERIC[locale]


def instant_words(instant: datetime, locale: Locale) -> str:
    """Write an instant for people: "1 March 2026, 00:00 UTC"."""
    moment = instant.astimezone(UTC)
    if locale is Locale.SIMPLIFIED_CHINESE:
        return f"{moment.year}年{moment.month}月{moment.day}日 {moment:%H:%M}（UTC）"
    return f"{moment.day} {_MONTHS[moment.month - 1]} {moment.year}, {moment:%H:%M} UTC"


_MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)  # strftime would speak the language of the machine


class _Facts(dict[str, str]):
    """The facts, as a template of one language asks for them."""

    def __init__(self, facts: Mapping[str, str], locale: Locale) -> None:
        super().__init__(facts)
        self._locale = locale

    def __getitem__(self, name: str) -> str:
        said = self.get(f"{name}.{self._locale}")
        if said is None:
            said = super().__getitem__(name)
        return instant_words(datetime.fromisoformat(said), self._locale) if name.endswith("_at") else said
