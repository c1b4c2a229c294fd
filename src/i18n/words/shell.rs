//! The frame of the page: header, transport, tabs, dialogs, notices, keys.

use crate::i18n::particle::eul;

phrases! {
    page_title { ko: "체크포인트 랩 — Flink 체크포인트 실험실"; en: "Checkpoint Lab: see how Flink takes checkpoints and recovers" }
    app_name { ko: "체크포인트 랩"; en: "Checkpoint Lab" }
    loading { ko: "불러오는 중입니다…"; en: "Loading…" }
    part_not_loaded { ko: "화면의 이 부분을 불러오지 못했습니다."; en: "This part of the page could not be loaded." }
    try_again { ko: "다시 불러오기"; en: "Try again" }
    skip_to_stage { ko: "무대로 건너뛰기"; en: "Skip to the stage" }
    scenario { ko: "시나리오"; en: "Scenario" }
    scenario_edited { ko: "고친 시나리오"; en: "Edited scenario" }
    settings_of_page { ko: "화면 설정"; en: "Page settings" }
    undo { ko: "실행 취소"; en: "Undo" }
    redo { ko: "다시 실행"; en: "Redo" }
    language { ko: "언어"; en: "Language" }
    theme { ko: "화면 색"; en: "Colours" }
    theme_system { ko: "시스템 설정대로"; en: "As the system" }
    theme_light { ko: "밝게"; en: "Light" }
    theme_dark { ko: "어둡게"; en: "Dark" }
    leaves_out { ko: "이 모델이 생략한 것"; en: "What this model leaves out" }
    keys { ko: "키보드 단축키"; en: "Keyboard shortcuts" }
    close { ko: "닫기"; en: "Close" }
    cancel { ko: "취소"; en: "Cancel" }

    lesson { ko: "레슨"; en: "Lesson" }
    stage { ko: "무대"; en: "Stage" }
    time { ko: "시간"; en: "Time" }
    side { ko: "자세히 보기"; en: "Details" }
    console { ko: "콘솔"; en: "Console" }

    tab_settings { ko: "설정"; en: "Settings" }
    tab_code { ko: "코드"; en: "Code" }
    tab_state { ko: "상태"; en: "State" }
    tab_checkpoints { ko: "체크포인트"; en: "Checkpoints" }
    tab_why { ko: "왜"; en: "Why" }

    notice_csv(file: &str, rows: String, dropped: String) {
        ko: "{} 읽었습니다: {rows}행, 빈 값이 있어 뺀 행 {dropped}개.", eul(file);
        en: "{file} was read: {rows} rows, {dropped} dropped for missing values."
    }
    notice_pasted(rows: String, dropped: String) {
        ko: "붙여 넣은 CSV를 읽었습니다: {rows}행, 빈 값이 있어 뺀 행 {dropped}개.";
        en: "The pasted CSV was read: {rows} rows, {dropped} dropped for missing values."
    }
    notice_copied { ko: "클립보드에 복사했습니다."; en: "Copied to the clipboard." }
    notice_not_kept {
        ko: "브라우저가 저장을 허락하지 않습니다. 탭을 닫으면 여기서 한 일은 사라집니다.";
        en: "This browser refuses to keep data: what is done here is lost when the tab closes."
    }
    not_current {
        ko: "설정에 오류가 있어, 마지막으로 실행할 수 있었던 설정의 실행을 보여 줍니다.";
        en: "The settings have errors. What is shown is the run of the last settings that could run."
    }
    show_issues { ko: "오류 보기"; en: "Show the errors" }

    key_play { ko: "재생하거나 멈추기"; en: "Play or pause" }
    key_event { ko: "이전 이벤트, 다음 이벤트"; en: "Previous, next event" }
    key_statement { ko: "이전 줄, 다음 줄까지 세밀하게"; en: "The same, statement by statement" }
    key_barrier { ko: "이전 배리어, 다음 배리어"; en: "Previous, next barrier" }
    key_checkpoint { ko: "다음 체크포인트 (Shift: 이전)"; en: "Next checkpoint (Shift: previous)" }
    key_failure { ko: "다음 실패 (Shift: 이전)"; en: "Next failure (Shift: previous)" }
    key_restore { ko: "다음 복원 (Shift: 이전)"; en: "Next restore (Shift: previous)" }
    key_ends { ko: "처음, 끝"; en: "Start, end" }
    key_speed { ko: "느리게, 빠르게"; en: "Slower, faster" }
    key_tabs { ko: "탭 고르기"; en: "Choose a tab" }
    key_undo { ko: "설정 되돌리기, 다시 하기"; en: "Undo, redo a setting" }
    key_help { ko: "이 목록"; en: "This list" }

}
