from __future__ import annotations

from django.apps import AppConfig


class WalletConfig(AppConfig):
    name = "yutang.areas.wallet"
    label = "wallet"

    def ready(self) -> None:
        from yutang.areas.customers import merging
        from yutang.areas.payments import payables, providers
        from yutang.areas.wallet import accounts, facts, giving, privacy, reminding
        from yutang.areas.wallet.services import recharging, spending
        from yutang.core import rewards

        accounts.register()
        facts.register()
        privacy.register()
        reminding.register()
        rewards.register(giving.GiftBalance())
        providers.register(spending.Balance())
        payables.register(payables.Payable(recharging.PAYABLE, lock=recharging.due, settle=recharging.settle))
        for table in ("wallet_recharge", "wallet_realname", "wallet_giftcard"):
            merging.register(table, by_identity=False)
