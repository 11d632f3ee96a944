// Follows the conversation's end while the reader is there, and leaves the reader alone otherwise. Nothing here ever asks the server.
const nearBottom = 60;
const showJump = 200;
const reduced = matchMedia("(prefers-reduced-motion: reduce)");

export function attach(log, jump, topSentinel) {
  let pinned = true;
  let lastTop = 0;
  let lastHeight = 0;
  let touchY = 0;
  const distance = () => log.scrollHeight - log.scrollTop - log.clientHeight;
  const content = log.firstElementChild;

  function toEnd(smooth = false) {
    log.scrollTo({ top: log.scrollHeight, behavior: smooth && !reduced.matches ? "smooth" : "instant" });
    lastTop = log.scrollTop;
  }

  function update() {
    jump.hidden = pinned || distance() < (jump.hidden ? showJump : nearBottom);
  }

  function unpin() {
    pinned = false;
    update();
  }

  // A scroll up by hand, key, bar or search shows as a smaller scrollTop although the content did not shrink.
  const onScroll = () => {
    const up = log.scrollTop < lastTop - 2 && log.scrollHeight >= lastHeight;
    if (up) pinned = false;
    else if (distance() <= nearBottom) pinned = true;
    lastTop = log.scrollTop;
    lastHeight = log.scrollHeight;
    update();
  };

  const consumedInside = (target, deltaY) => {
    for (let node = target; node && node !== log; node = node.parentElement) {
      if (node.scrollHeight <= node.clientHeight + 1 || !/auto|scroll/.test(getComputedStyle(node).overflowY)) continue;
      if (deltaY < 0 ? node.scrollTop > 0 : node.scrollTop + node.clientHeight < node.scrollHeight - 1) return true;
    }
    return false;
  };

  const onWheel = event => {
    if (event.ctrlKey || event.deltaY >= -2 || Math.abs(event.deltaX) > Math.abs(event.deltaY) || consumedInside(event.target, event.deltaY)) return;
    if (log.scrollTop > 0) unpin();
  };
  const onTouchStart = event => { touchY = event.touches[0].clientY; };
  const onTouchMove = event => { if (event.touches[0].clientY - touchY > 10 && !consumedInside(event.target, -1) && log.scrollTop > 0) unpin(); };

  // Content grew: follow when pinned; otherwise keep what is read where it is when older messages came in above.
  const grown = new ResizeObserver(() => {
    if (pinned) toEnd();
    else if (log.dataset.prepending) keepPlace();
    lastHeight = log.scrollHeight;
    update();
  });

  let heightBefore = 0;
  function keepPlace() {
    const added = log.scrollHeight - heightBefore;
    if (added > 0) { log.scrollTop += added; delete log.dataset.prepending; }
  }

  const older = new IntersectionObserver(entries => {
    const button = topSentinel?.querySelector("button");
    if (!entries.some(entry => entry.isIntersecting) || !button || button.disabled || pinned) return;
    heightBefore = log.scrollHeight;
    log.dataset.prepending = "1";
    button.click();
  }, { root: log, rootMargin: "200px 0px 0px 0px" });

  const onJump = () => { pinned = true; toEnd(true); jump.hidden = true; };
  const onOlderClick = event => { if (event.target.closest("button")) { heightBefore = log.scrollHeight; log.dataset.prepending = "1"; } };

  log.addEventListener("scroll", onScroll, { passive: true });
  log.addEventListener("wheel", onWheel, { passive: true });
  log.addEventListener("touchstart", onTouchStart, { passive: true });
  log.addEventListener("touchmove", onTouchMove, { passive: true });
  jump.addEventListener("click", onJump);
  topSentinel?.addEventListener("click", onOlderClick);
  grown.observe(content);
  grown.observe(log);
  if (topSentinel) older.observe(topSentinel);
  toEnd();

  return {
    // A message was sent or a thread was opened: the reader wants its end.
    pin() { pinned = true; toEnd(); update(); },
    dispose() {
      grown.disconnect();
      older.disconnect();
      log.removeEventListener("scroll", onScroll);
      log.removeEventListener("wheel", onWheel);
      log.removeEventListener("touchstart", onTouchStart);
      log.removeEventListener("touchmove", onTouchMove);
      jump.removeEventListener("click", onJump);
      topSentinel?.removeEventListener("click", onOlderClick);
    },
  };
}
