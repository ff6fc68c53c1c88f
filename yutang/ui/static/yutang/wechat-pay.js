// Opens WeChat's own payment sheet. What it answers proves nothing: the server asks WeChat Pay.
(() => {
  "use strict";
  const button = document.querySelector("[data-bridge]");
  const said = document.querySelector("[data-bridge-said]");
  const waits = document.querySelector("[data-bridge-waits]");
  const parameters = JSON.parse(document.getElementById("bridge").textContent);

  function pay() {
    button.disabled = true;
    said.textContent = "";
    window.WeixinJSBridge.invoke("getBrandWCPayRequest", parameters, (answer) => {
      button.disabled = false;
      const end = String(answer && answer.err_msg).split(":")[1];
      waits.hidden = end !== "ok";
      if (end === "ok") htmx.trigger("#ask button", "click");
      else said.textContent = end === "cancel" ? said.dataset.textCancel : said.dataset.textFail;
    });
  }
  function begin() {
    button.addEventListener("click", pay);
    pay();
  }
  if (window.WeixinJSBridge) begin();
  else document.addEventListener("WeixinJSBridgeReady", begin, { once: true });
})();
