// Trunk calls these while the page's wasm is fetched and started. Only a failure has something to say: without this, the
// loading line would stay for ever in a browser that cannot run the page.
export default function boot() {
  return {
    onStart() {},
    onProgress() {},
    onComplete() {},
    onSuccess() {},
    onFailure(error) {
      const line = document.querySelector("#app > .boot");
      if (!line) return;
      line.setAttribute("role", "alert");
      const say = (lang, text) => {
        const span = document.createElement("span");
        span.lang = lang;
        span.textContent = text;
        return span;
      };
      line.replaceChildren(
        say("ko", "실험실을 시작하지 못했습니다. 최신 브라우저에서 페이지를 다시 불러와 주세요."),
        say("en", "The lab could not start. Please reload the page in a current browser."),
        say("en", String(error)),
      );
    },
  };
}
