//! The timeline strip and the buttons beside it.

phrases! {
    strip_title { ko: "시간"; en: "Time" }
    strip_play { ko: "재생"; en: "Play" }
    strip_pause { ko: "일시 정지"; en: "Pause" }
    strip_speed { ko: "재생 속도"; en: "Playing speed" }
    strip_to_start { ko: "처음으로"; en: "To the start" }
    strip_to_end { ko: "끝으로"; en: "To the end" }
    strip_stop_event { ko: "이벤트"; en: "event" }
    strip_stop_barrier { ko: "배리어"; en: "barrier" }
    strip_stop_checkpoint { ko: "체크포인트"; en: "checkpoint" }
    strip_stop_failure { ko: "실패"; en: "failure" }
    strip_stop_restore { ko: "복원"; en: "restore" }
    strip_previous_stop(what: &str) { ko: "이전 {what}"; en: "Previous {what}" }
    strip_next_stop(what: &str) { ko: "다음 {what}"; en: "Next {what}" }
    strip_moment_slider { ko: "지금 보는 순간"; en: "The moment in view" }
    strip_moment_of(at: &str, end: &str) { ko: "{at}, 전체 {end}"; en: "{at} of {end}" }
    strip_lane_checkpoints { ko: "체크포인트"; en: "Checkpoints" }
    strip_lane_output { ko: "출력"; en: "Output" }
    strip_restart_after(delay: &str) { ko: "{delay} 뒤 재시작"; en: "restart after {delay}" }
    strip_gave_up { ko: "더는 재시작하지 않음"; en: "no more restarts" }
    strip_zoom_in { ko: "확대"; en: "Zoom in" }
    strip_zoom_out { ko: "축소"; en: "Zoom out" }
    strip_zoom_fit { ko: "전체 보기"; en: "Show all" }
}
