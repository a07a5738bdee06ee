// Finds a frame and says where its page begins in the window.

/** Waits until the frame is there; answers with the element itself, so that the driver can go into it. */
async function frame(request, deadline) {
  const look = await until(deadline, newLook(request, "visible"));
  const answer = answerOfLook(look, request);
  if (look.outcome !== "found") return answer;
  const element = look.found.element;
  if (element.localName !== "iframe" && element.localName !== "frame") {
    return { outcome: "not_ready", why: "it is no frame", element: outlineOf(element), covered_by: null };
  }
  // What is in a frame can only be hit where the frame shows.
  if (!request.point && !showsWhole(element)) element.scrollIntoView({ block: "center", inline: "center", behavior: "instant" });
  const rect = element.getBoundingClientRect();
  const style = getComputedStyle(element);
  answer.frame = element;
  answer.offset = { x: rect.x + element.clientLeft + Number.parseFloat(style.paddingLeft), y: rect.y + element.clientTop + Number.parseFloat(style.paddingTop) };
  if (request.point) answer.hits = receivesFor(elementAt(request.point.x, request.point.y), element);
  return answer;
}

function showsWhole(element) {
  const { left, top, right, bottom } = element.getBoundingClientRect();
  return left >= 0 && top >= 0 && right <= window.innerWidth && bottom <= window.innerHeight;
}

/** Frames hold pages of their own, and nobody here can tell whom they show. */
function frameBoxes(scope, view) {
  return queryAll("iframe,frame", null)
    .filter((element) => isVisible(element) && (scope === null || !isWithin(element, scope)))
    .map((element) => outerBox(rectOf(element), view))
    .filter((box) => box !== null && box.right - box.left > 4 && box.bottom - box.top > 4)
    .map((box) => asBox(box, "unknown"));
}
